/** A peer as it shall be. Keys in base64. */
export interface WantedPeer {
  readonly publicKey: string
  /** In the one spelling of equal prefixes. */
  readonly allowedIps: readonly string[]
  /** `ADDRESS:PORT`; null: it is the one who begins. */
  readonly endpoint: string | null
  /** Seconds; null: off. */
  readonly keepaliveS: number | null
  /** The seam for pairwise secrets; none are agreed yet. */
  readonly presharedKey: string | null
}

/** All that the job decides about an interface; the private key is handed in when it is rendered. */
export interface WantedConfig {
  /** Of the private key that is to be rendered. */
  readonly publicKey: string
  readonly listenPort: number
  /** Sorted by key. */
  readonly peers: readonly WantedPeer[]
}

/** A peer as `wg show IFACE dump` has it. */
export interface ActualPeer {
  readonly publicKey: string
  readonly hasPresharedKey: boolean
  readonly endpoint: string | null
  readonly allowedIps: readonly string[]
  /** Wall clock; null: never. */
  readonly latestHandshakeMs: number | null
  readonly rxBytes: number
  readonly txBytes: number
  readonly keepaliveS: number | null
}

export interface ActualConfig {
  /** Null: the interface has no key. The private one is not kept. */
  readonly publicKey: string | null
  readonly listenPort: number
  readonly peers: readonly ActualPeer[]
}
