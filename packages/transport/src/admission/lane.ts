/**
 * Where an inbound connection comes from: an address of the manifest, or anywhere else. Each lane has buckets and
 * permits of its own, so that a flood of strangers cannot lock out the mesh. Spec transport 10.1.
 */
export type Lane = 'manifest' | 'stranger'
export const LANES: readonly Lane[] = ['manifest', 'stranger']
