module.exports = {
  transform: { '\\.[jt]s$': ['@swc/jest', { module: { type: 'commonjs' } }] },
  transformIgnorePatterns: ['/node_modules/(?!(@turnpike|@noble)/)'],
}
