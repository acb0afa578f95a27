import type { Credential, Manifest, MirrorConfig } from '../contracts/config.js'

export interface SecretsInit {
  readonly config: MirrorConfig
  readonly manifest: Pick<Manifest, 'secrets'>
  /** Of the primary, by name. */
  readonly values: ReadonlyMap<string, string>
}

/** Every secret that the configuration and the copied names hold: for a redactor, and for nothing else. */
export function knownSecrets({ config, manifest, values }: SecretsInit): readonly string[] {
  const ofTargets = config.targets.flatMap((target) => {
    const own = target.type === 'github' ? [...target.secrets.values(), target.sentinelToken] : []
    return [secretOf(target.credential), ...own]
  })
  const copied = manifest.secrets.map(({ name }) => values.get(name))
  const all = [...ofTargets, ...copied, config.primaryToken, config.alertWebhook]
  return all.flatMap((value) => (value ? [value] : []))
}

function secretOf(credential: Credential): string | null {
  if (credential.kind === 'token') return credential.value
  return credential.kind === 'app' ? credential.privateKeyPem : null
}
