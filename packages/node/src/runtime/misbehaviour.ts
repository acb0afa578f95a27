/**
 * Outcomes that an honest node never causes. What merely comes late, twice or too early is not among them: re-sending
 * is a duty (spec protocol 10.3), and nobody is scored for it. Nor is what depends on the own clock or on the receiver's
 * momentary state.
 */
const MISBEHAVIOUR: ReadonlySet<string> = new Set([
  'MalformedMessage',
  'MalformedEnvelope',
  'ZeroDepth',
  'VersionRegression',
  'UnsupportedSuite',
  'InvalidSignature',
  'InvalidPropose',
  'NonCanonicalProposer',
  'SignerOrder',
  'BundleWindowMismatch',
  'TooManyOps',
  'TooManyReveals',
  'OpsOutOfOrder',
  'RevealsOutOfOrder',
  'MissingConfirmer',
  'QuorumNotReached',
  'ControlSetMismatch',
  'ControlRootMismatch',
  'BundlesRootMismatch',
  'RevealsRootMismatch',
  'WinnerMismatch',
  'WinnerEndpointMismatch',
  'UnknownWinner',
  'MissingOperatorAccount',
  'ArithmeticRange',
  'TargetMismatch',
  'NodeRootMismatch',
  'CandidateRootMismatch',
  'AccountRootMismatch',
  'StateRootMismatch',
  'CertificateQuorum',
  'CertificateMismatch',
  'NoEvidence',
  'ProofInvalid',
])

export function isMisbehaviour(code: string): boolean {
  return MISBEHAVIOUR.has(code)
}
