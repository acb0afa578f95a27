import { useState } from 'preact/hooks'
import { postJson, type Refusal } from '../data/api.js'
import { Refused } from '../parts/refusal.js'
import type { StepProps } from './add-steps.js'
import type { Draft, HostKey } from './candidate.js'
import { Copy } from './problem.js'
import { Check } from './role-dialog.js'

/** A key of its own for the target, and the keys of its host, which a person compares. */
export function AddSsh({ draft, mayMakeKeys, set }: StepProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const ask = async <T,>(path: string, body: object, take: (data: T) => void) => {
    const reply = await postJson<T>(path, body)
    setRefusal(reply.ok ? null : reply.refusal)
    if (reply.ok) take(reply.data)
  }
  const onKey = () => ask<NonNullable<Draft['key']>>('/api/mirrors/ssh/key', {}, (key) => set({ key }))
  const onHosts = () =>
    ask<{ readonly hostKeys: readonly HostKey[] }>(
      '/api/mirrors/ssh/hosts',
      { url: draft.url.trim() },
      ({ hostKeys }) => set({ hostKeys, isCompared: false }),
    )
  if (!mayMakeKeys) return <p class="dialog-intro">This console makes no keys: use montana mirror add --ssh-key.</p>
  return (
    <>
      <div class="mirror-buttons">
        <button type="button" class="button" data-do="make-key" disabled={draft.key !== null} onClick={onKey}>
          Make a key
        </button>
        <button type="button" class="button" data-do="host-keys" onClick={onHosts}>
          Ask for host keys
        </button>
      </div>
      {draft.key && <PublicKey text={draft.key.publicKey} />}
      {draft.hostKeys.length > 0 && <HostKeys draft={draft} set={set} />}
      <Refused refusal={refusal} />
    </>
  )
}

function PublicKey({ text }: { text: string }) {
  return (
    <div class="key">
      <p>Enter this public key at the target, with the right to write:</p>
      <code class="long" data-public-key="">
        {text}
      </code>
      <Copy text={text} />
    </div>
  )
}

function HostKeys({ draft, set }: Pick<StepProps, 'draft' | 'set'>) {
  return (
    <div class="key">
      <p>The host shows these keys. Compare them with what its owner publishes:</p>
      <ul class="refs" data-host-keys="">
        {draft.hostKeys.map(({ type, fingerprint }) => (
          <li key={fingerprint}>
            <code class="long">
              {type} {fingerprint}
            </code>
          </li>
        ))}
      </ul>
      <Check label="I have compared them" isChecked={draft.isCompared} onChange={(isCompared) => set({ isCompared })} />
    </div>
  )
}
