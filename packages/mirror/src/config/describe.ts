import type { Credential, GithubTarget, MirrorConfig, TargetConfig } from '../contracts/config.js'
import { nameText } from './repository-name.js'

/** What is printed in place of a secret. */
const MASK = '***'

type Described = Readonly<Record<string, unknown>>

/** The configuration for people and `--json`: every secret masked, names of secrets shown. */
export function describeConfig(config: MirrorConfig): Described {
  const { primaryRepository, primaryToken, alertWebhook, targets, ...plain } = config
  return {
    ...plain,
    primaryRepository: primaryRepository && nameText(primaryRepository),
    primaryToken: masked(primaryToken),
    alertWebhook: masked(alertWebhook),
    targets: targets.map(describeTarget),
  }
}

export function describeTarget(target: TargetConfig): Described {
  const { credential, ...plain } = target
  const described = { ...plain, credential: describeCredential(credential) }
  return target.type === 'git' ? described : { ...described, ...describeGithub(target) }
}

function describeGithub({ repository, secrets, sentinelToken }: GithubTarget): Described {
  return { repository: nameText(repository), secrets: [...secrets.keys()], sentinelToken: masked(sentinelToken) }
}

function describeCredential(credential: Credential): Described {
  if (credential.kind === 'token') return { kind: 'token', value: MASK }
  return credential.kind === 'app' ? { ...credential, privateKeyPem: MASK } : { ...credential }
}

function masked(value: string | null): string | null {
  return value === null ? null : MASK
}
