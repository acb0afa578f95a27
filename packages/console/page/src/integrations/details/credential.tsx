import { useState } from 'preact/hooks'
import { postJson, type Refusal } from '../../data/api.js'
import { Mark } from '../../parts/mark.js'
import { Refused } from '../../parts/refusal.js'
import type { Access } from '../access.js'
import { Permissions } from '../permissions.js'
import type { MirrorDetail, PermissionCheck } from '../types.js'
import { credentialTone, credentialWords } from '../words.js'
import { Section } from './section.js'

interface CredentialProps {
  readonly detail: MirrorDetail
  readonly nowMs: number
  readonly access: Access
}

/** Of which kind it is, when it ends, and what it may do. */
export function Credential({ detail: { id, credential }, nowMs, access }: CredentialProps) {
  return (
    <Section title="Credential">
      <p>
        <Mark tone={credentialTone(credential, nowMs)}>{credentialWords(credential, nowMs)}</Mark>
      </p>
      <TestNow id={id} access={access} />
    </Section>
  )
}

function TestNow({ id, access }: { id: string; access: Access }) {
  const [checks, setChecks] = useState<readonly PermissionCheck[]>([])
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const onClick = async () => {
    setBusy(true)
    const reply = await postJson<{ readonly checks: readonly PermissionCheck[] }>('/api/mirrors/test', { id })
    setBusy(false)
    setRefusal(reply.ok ? null : reply.refusal)
    setChecks(reply.ok ? reply.data.checks : [])
  }
  return (
    <>
      <div class="mirror-buttons">
        <button type="button" class="button" data-do="test" disabled={isBusy || !access.mayChange} onClick={onClick}>
          {isBusy ? 'Testing…' : 'Test permissions'}
        </button>
      </div>
      <Refused refusal={refusal} />
      {checks.length > 0 && <Permissions checks={checks} />}
    </>
  )
}
