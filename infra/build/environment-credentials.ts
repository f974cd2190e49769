/**
 * Takes the place of @aws-sdk/credential-provider-node in the functions' bundles. There credentials come from the
 * environment and from nowhere else: Lambda sets them, and so do the local services. The SDK's own
 * chain of profiles, single sign-on and metadata services is 90 KB and 313 modules that no function ever needs, and
 * one more way to credentials that nobody meant.
 */
export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** Reads on each use, as the platform may renew them. @throws Error naming the settings when they are absent */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing from the environment.');
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}
