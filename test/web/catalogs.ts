/** All languages. A message that a file lacks does not compile here. */
import de from '../../assets/messages/de.json';
import es from '../../assets/messages/es.json';
import fr from '../../assets/messages/fr.json';
import ja from '../../assets/messages/ja.json';
import pt from '../../assets/messages/pt.json';
import { en, type MessageCatalog } from '../../src/web/messages';

type Written = Omit<MessageCatalog, 'direction'> & { direction: string };

export const catalogs: Record<string, Written> = { en, de, es, fr, ja, pt };
