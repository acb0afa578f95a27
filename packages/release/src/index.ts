export { type RefusalCode, RefusalError, ReleaseError, type ReleaseFaultCode } from './errors.js'
export { BundleError, type ReleaseDescription, type VerifiedBundle, verifyBundle } from './verifier/verifier.js'
