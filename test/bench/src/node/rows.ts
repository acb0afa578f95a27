export interface NodeRow {
  readonly name: string
  readonly rssBytes: number
  readonly rssMaxBytes: number
  readonly loopDelayP99Ms: number | null
  readonly windows: number
  readonly stepsPerSecond: number | null
}

export const BARE = 'bare Node.js'
export const SOLO = 'one node, full speed'
export const MESH = 'moscow, mesh of four'
