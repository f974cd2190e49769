/** Something the developer can put right keeps a local service from starting. The message says what and how. */
export class CannotStart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotStart';
  }
}
