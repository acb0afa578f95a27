import { ConfigError } from '@montana/foundation'

export type ConfigProblemCode =
  | 'CONFIG_INVALID'
  | 'KEY_UNKNOWN'
  | 'CHAIN_EMPTY'
  | 'CHAIN_DUPLICATE'
  | 'HOST_UNKNOWN'
  | 'ADDRESS_DUPLICATE'
  | 'KEY_DUPLICATE'
  | 'FENCE_REF_SHARED'
  | 'SERVICE_POLICY'
  | 'SERVICE_HEALTH'
  | 'SERVICE_RUN'
  | 'WITNESS_DUPLICATE'
  | 'WITNESS_QUORUM'
  | 'BOUND'
  | 'SURVIVOR_BOUND'
  | 'OVERLAP'

/** One reason to refuse a configuration. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode
  /** Dotted path in the file. */
  readonly field: string
  /** What is wrong; a whole sentence that names the value. */
  readonly message: string
  /** What to do, as an imperative. */
  readonly remedy: string
}

/** All problems of one file in one error, so that nobody corrects them one start at a time. Spec three-mirror 2. */
export function configError(file: string, problems: readonly ConfigProblem[]): ConfigError {
  const [first] = problems
  const code = first?.code ?? 'CONFIG_INVALID'
  const metadata = { problems }
  if (first !== undefined && problems.length === 1) {
    const { field, message, remedy } = first
    return new ConfigError(`${file}: ${field}: ${message}`, { code, field, remedy, metadata })
  }
  const lines = problems.map(({ field, message, remedy }) => `  ${field}: ${message}; ${remedy}`)
  const text = [`${file}: ${problems.length} problems`, ...lines, 'nothing of it was taken'].join('\n')
  return new ConfigError(text, { code, field: first?.field ?? 'config', remedy: 'correct all of them', metadata })
}
