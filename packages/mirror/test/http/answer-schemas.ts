// The schemas by which the routes describe themselves: strict, so that a field that is not written down there fails.
export * from '../../src/http/schema/index.js'
