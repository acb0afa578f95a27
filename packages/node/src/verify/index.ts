export { type VerifyOptions, verifyDataDir } from './run.js'
export type {
  NodeVerdict,
  SegmentVerifier,
  StoreFault,
  StoresReport,
  StoreTarget,
  VerifyModules,
  VerifyProgress,
  WalkedRow,
  WindowGap,
} from './types.js'
export { verifyStore, verifyStores } from './verify-stores.js'
