/**
 * Something that the person at the terminal has to put right. Shown as one line, without a stack.
 */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}
