const decorators = {
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
}

module.exports = {
  transform: { '\\.[jt]s$': ['@swc/jest', { jsc: decorators, module: { type: 'commonjs' } }] },
  transformIgnorePatterns: ['/node_modules/(?!(@turnpike|@noble)/)'],
}
