// Before the first command that a newcomer runs, in plain JavaScript: what follows is TypeScript,
// which only a newer Node runs as it is. The devDependency `node` brings one along.
if (!process.features.typescript) {
  console.error(
    `This needs Node 24, which "npm install" brings along; this is ${process.version}. Run "npm install" again, with install scripts allowed.`,
  );
  process.exit(1);
}
