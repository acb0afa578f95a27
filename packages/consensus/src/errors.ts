import { MontanaError } from '@montana/foundation'

/** Why an object was refused. Names are those of spec protocol 6.1, 8.1 and 10.1. */
export type RejectionCode =
  | 'MalformedEnvelope'
  | 'ZeroDepth'
  | 'WindowNotSequential'
  | 'VersionRegression'
  | 'UnsupportedVersion'
  | 'UnknownProposer'
  | 'UnsupportedSuite'
  | 'InvalidSignature'
  | 'PrevHashMismatch'
  | 'NonCanonicalProposer'
  | 'TimechainMismatch'
  | 'SignerOrder'
  | 'BundleWindowMismatch'
  | 'UnknownNode'
  | 'WrongWindow'
  | 'WrongEndpoint'
  | 'TooManyOps'
  | 'TooManyReveals'
  | 'OpsOutOfOrder'
  | 'RevealsOutOfOrder'
  | 'MissingConfirmer'
  | 'QuorumNotReached'
  | 'ControlSetMismatch'
  | 'ControlRootMismatch'
  | 'BundlesRootMismatch'
  | 'RevealsRootMismatch'
  | 'WinnerMismatch'
  | 'WinnerEndpointMismatch'
  | 'UnknownWinner'
  | 'MissingOperatorAccount'
  | 'ArithmeticRange'
  | 'TargetMismatch'
  | 'NodeRootMismatch'
  | 'CandidateRootMismatch'
  | 'AccountRootMismatch'
  | 'StateRootMismatch'
  // Messages of the vote: spec protocol 11, 14.2.
  | 'InvalidPropose'
  | 'CertificateQuorum'
  | 'CertificateMismatch'
  // Messages that are dropped without being wrong in themselves: spec protocol 10.3.
  | 'StaleConfirmation'
  | 'DuplicateConfirmation'

/** A broken promise inside the node itself, never a peer's fault. */
export class ConsensusError extends MontanaError {
  constructor(code: 'CONTEXT_INVALID' | 'STATE_LOST', message: string) {
    super(code, message)
    this.name = 'ConsensusError'
  }
}
