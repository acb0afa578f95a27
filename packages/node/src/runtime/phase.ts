/** Where a node stands on its way to membership: spec protocol 12.6. */
export type Phase = 'Bootstrap' | 'CandidateVdf' | 'Registered' | 'Active'
