/** What the noble worker is asked; secrets stay in the worker under a handle. */
export type NobleRequest =
  | { readonly op: 'import_signer'; readonly seed: Uint8Array }
  | { readonly op: 'sign'; readonly handle: number; readonly message: Uint8Array }
  | { readonly op: 'verify'; readonly signature: Uint8Array; readonly message: Uint8Array; readonly key: Uint8Array }
  | { readonly op: 'generate_kem'; readonly seed?: Uint8Array }
  | { readonly op: 'encapsulate'; readonly publicKey: Uint8Array }
  | { readonly op: 'decapsulate'; readonly handle: number; readonly cipherText: Uint8Array }
  | { readonly op: 'dispose'; readonly handle: number }
  | { readonly op: 'expand'; readonly mldsaSeeds: readonly Uint8Array[]; readonly mlkemSeed: Uint8Array }

export interface HandleResult {
  readonly handle: number
  readonly publicKey: Uint8Array
}

export interface ExpandedPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

export interface ExpandResult {
  readonly mldsa: readonly ExpandedPair[]
  readonly mlkem: ExpandedPair
}

export interface NobleAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly code: 'CRYPTO_BACKEND' | 'CRYPTO_KEM_KEY'; readonly message: string }
}
