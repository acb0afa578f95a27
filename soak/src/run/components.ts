/** What a run may claim something of, or declare absent: the rows of spec operations 8, but for its closing text. */
export const COMPONENTS = [
  'Noise_PQ XX transport',
  'Genesis manifest auto-sync',
  'VPN key auto-sync',
  'Explorer auto-discovery',
  'Soak watchdog',
  'External operator onboarding',
  'Audit findings',
  'Follower drift fix',
  'Multi-confirmer quorum',
  'Fast-sync M7',
] as const

export type Component = (typeof COMPONENTS)[number]
