/** The service or a door cannot start. The message names each wrong setting, never its value. */
export class ConfigError extends Error {
  constructor(
    settings: string[],
    message = `Missing or malformed settings: ${settings.join(', ')}. lib/config.ts says what each may be.`,
  ) {
    super(message);
    this.name = 'ConfigError';
  }
}
