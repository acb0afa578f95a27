/** The orders of the seeds over the five hosts: name of the policy to names of hosts. Spec three-mirror 1.1. */
export const PRESETS = {
  'three-mirror': {
    serve: ['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow'],
    coordinate: ['moscow', 'almaty', 'spb', 'novosibirsk', 'amsterdam'],
  },
  'single-chain': {
    serve: ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'],
  },
  none: {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

export type PresetName = keyof typeof PRESETS
