import { Stop } from '../command-line/exit';
import { words } from '../command-line/words';

/** Something the developer can put right keeps a local service from starting. It says what and how. */
export class CannotStart extends Stop {
  constructor(zh: string, en: string) {
    super('refused', words(zh, en));
    this.name = 'CannotStart';
  }
}
