/** Zod's messages in fifty languages, which the service never shows and each test file would load. */
module.exports = {};
