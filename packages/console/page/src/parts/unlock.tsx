import { useState } from 'preact/hooks'
import type { FeaturesView } from '../../../src/api/views.js'
import { keepToken, postJson, type Refusal } from '../data/api.js'
import { useUnlocked } from '../data/hooks.js'
import { Confirm, Field } from './dialog.js'

/** In the head: whether this page may change anything, and how it may. */
export function Unlock({ features }: { features: FeaturesView | null }) {
  const isUnlocked = useUnlocked()
  const [isAsking, setAsking] = useState(false)
  if (!features?.mutations.isEnabled) return <span class="lock">read-only</span>
  if (isUnlocked) {
    return (
      <button type="button" class="button lock" onClick={() => keepToken(null)}>
        Lock
      </button>
    )
  }
  return (
    <>
      <button type="button" class="button lock" onClick={() => setAsking(true)}>
        Unlock
      </button>
      {isAsking && <AskToken onClose={() => setAsking(false)} />}
    </>
  )
}

const SENDABLE = /^[\x21-\x7e]{1,512}$/
const NO_TOKEN: Refusal = {
  code: 'TOKEN',
  message: 'this is no token',
  remedy: 'paste the one line of the file that the console named when it started',
}

/** Unlocked is only what the console itself has said to be. */
function AskToken({ onClose }: { onClose(): void }) {
  const [token, setToken] = useState('')
  const act = async () => {
    const given = token.trim()
    if (!SENDABLE.test(given)) return NO_TOKEN
    const reply = await postJson('/api/unlock', {}, { authorization: `Bearer ${given}` })
    if (!reply.ok) return reply.refusal
    keepToken(given)
    return null
  }
  return (
    <Confirm id="unlock" title="Unlock this page" verb="Unlock" act={act} onClose={onClose}>
      <p>The token stands in the file that the console named when it started. It stays in this tab only.</p>
      <Field label="Token" type="password" value={token} onInput={setToken} maxLength={512} />
    </Confirm>
  )
}
