const { require: load } = require('tsx/cjs/api');
const { assertArn } = load('../../lib/policy/residency.ts', __filename);
const { assertResidence } = load('../../lib/config.ts', __filename);

/**
 * Stops every serverless command that would touch a region outside mainland China (S1) or a stage that nobody
 * planned, before it does anything. It guards people who call the framework directly as well as npm run package.
 */
module.exports = class ResidencyPlugin {
  constructor(serverless, options) {
    const refuse = (message) => {
      throw new serverless.classes.Error(message, 'REFUSED');
    };
    const { custom, provider } = serverless.service;
    /** What the templates refer to is known only to the stack, in that region; parameters, only once it packages. */
    const lookAtSettings = () => {
      const known = ([, value]) => typeof value === 'string' && !value.includes('${');
      for (const { environment = {} } of Object.values(serverless.service.functions))
        assertResidence(Object.fromEntries(Object.entries(environment).filter(known)), local);
    };
    const stage = options.stage ?? provider.stage;
    const local = custom.hosts[stage] === 'local';
    try {
      if (!custom.hosts[stage]) refuse(`--stage must be one of ${Object.keys(custom.hosts).join(', ')}.`);
      assertArn(
        '--region (provider.region in serverless.yml)',
        `arn:aws-cn::${options.region ?? provider.region}`,
      );
      lookAtSettings();
    } catch (error) {
      refuse(error.message);
    }
    this.hooks = {
      'before:package:initialize': () => {
        if (local)
          refuse('The stages local and test run on this machine only: package staging or production.');
        try {
          lookAtSettings();
        } catch (error) {
          refuse(error.message);
        }
      },
    };
  }
};
