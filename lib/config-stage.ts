import { ConfigError } from './config-error';

/** The settings that a stage may forbid. */
type Staged = { STAGE: string; development: boolean; ROOT_KEY: string; POLICY_NOTICE_DAYS: string };

/** @throws ConfigError where a setting is only for development, or not for production */
export function assertStage({ STAGE, development, ROOT_KEY, POLICY_NOTICE_DAYS: days }: Staged): void {
  if (!development && ROOT_KEY.includes('local:'))
    throw new ConfigError(
      ['ROOT_KEY'],
      'ROOT_KEY is a local key, which only development may use: set it to kms:<key ARN>.',
    );
  // A function that publishes nothing does not have the setting.
  if (STAGE === 'production' && days !== '' && Number(days) < 1)
    throw new ConfigError(
      ['POLICY_NOTICE_DAYS'],
      'POLICY_NOTICE_DAYS is 0: in production people hear of a change at least a day before it takes effect.',
    );
}
