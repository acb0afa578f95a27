import { useId } from 'preact/hooks'
import { Field } from '../parts/dialog.js'
import { AddSsh } from './add-ssh.js'
import { type CredentialKind, type Draft, kindsOf } from './candidate.js'
import { NEEDED } from './permissions.js'
import { Check } from './role-dialog.js'

export interface StepProps {
  readonly draft: Draft
  readonly mayMakeKeys: boolean
  set(change: Partial<Draft>): void
}

export function TypeStep({ draft, set }: StepProps) {
  const choose = (type: Draft['type']) => set({ type, credential: type === 'github' ? 'app' : 'token' })
  return (
    <fieldset class="choices">
      <legend>Type</legend>
      <Choice
        name="type"
        label="Repository on GitHub"
        note="Full failover: code, secrets, variables and workflows. Choose another account than the primary's."
        isChosen={draft.type === 'github'}
        onChoose={() => choose('github')}
      />
      <Choice
        name="type"
        label="Archive (git)"
        note="Code only, on any git server or a folder of this host. It is never promoted."
        isChosen={draft.type === 'git'}
        onChoose={() => choose('git')}
      />
    </fieldset>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly note: string
  readonly isChosen: boolean
  onChoose(): void
}

function Choice({ name, label, note, isChosen, onChoose }: ChoiceProps) {
  return (
    <label class="check">
      <input type="radio" name={name} checked={isChosen} onChange={onChoose} />
      <span>
        <strong>{label}</strong>
        <span class="choice-note">{note}</span>
      </span>
    </label>
  )
}

export function TargetStep({ draft, set }: StepProps) {
  const name = (
    <Field label="Name (empty: mirror-N)" value={draft.name} onInput={(value) => set({ name: value })} maxLength={40} />
  )
  if (draft.type === 'git') {
    const onInput = (url: string) => set({ url, credential: kindsOf({ ...draft, url })[0] ?? 'none', ...FORGET_HOST })
    return (
      <>
        <Field
          label="Address: https, ssh://USER@HOST/PATH, or a path"
          value={draft.url}
          onInput={onInput}
          maxLength={500}
        />
        {name}
      </>
    )
  }
  return (
    <>
      <Field label="Repository: owner/name" value={draft.repo} onInput={(repo) => set({ repo })} maxLength={141} />
      {name}
      <Field
        label="API (empty: github.com)"
        value={draft.apiUrl}
        onInput={(apiUrl) => set({ apiUrl })}
        maxLength={300}
      />
      <div class="checks">
        <Check label="Copy secrets" isChecked={draft.syncSecrets} onChange={(syncSecrets) => set({ syncSecrets })} />
        <Check
          label="Copy variables"
          isChecked={draft.syncVariables}
          onChange={(syncVariables) => set({ syncVariables })}
        />
        <Check label="May be promoted" isChecked={draft.promotable} onChange={(promotable) => set({ promotable })} />
      </div>
    </>
  )
}

const FORGET_HOST = { hostKeys: [], isCompared: false } as const

const KINDS: Readonly<Record<CredentialKind, readonly [label: string, note: string]>> = {
  app: ['GitHub App (preferred)', 'Its tokens live an hour and are for this repository only.'],
  token: ['Token', 'A fine-grained token of that account, or a classic one with repo and workflow.'],
  ssh: ['ssh key', 'It is made here for this target alone; its private part never leaves this host.'],
  none: ['None', 'The target asks for nothing.'],
}

export function CredentialStep(props: StepProps) {
  const { draft, set } = props
  const kinds = kindsOf(draft)
  return (
    <>
      <fieldset class="choices">
        <legend>Credential</legend>
        {kinds.map((kind) => (
          <Choice
            key={kind}
            name="credential"
            label={KINDS[kind][0]}
            note={KINDS[kind][1]}
            isChosen={draft.credential === kind}
            onChoose={() => set({ credential: kind })}
          />
        ))}
      </fieldset>
      {draft.credential === 'app' && <AppFields {...props} />}
      {draft.credential === 'token' && <TokenFields {...props} />}
      {draft.credential === 'ssh' && <AddSsh {...props} />}
      {draft.type === 'github' && <Needed />}
    </>
  )
}

function TokenFields({ draft, set }: StepProps) {
  return (
    <>
      <Field label="Token" type="password" value={draft.token} onInput={(token) => set({ token })} maxLength={4096} />
      {draft.type === 'git' && (
        <Field
          label="User (empty: git)"
          value={draft.username}
          onInput={(username) => set({ username })}
          maxLength={200}
        />
      )}
    </>
  )
}

function AppFields({ draft, set }: StepProps) {
  const id = useId()
  return (
    <>
      <Field label="App number" value={draft.appId} onInput={(appId) => set({ appId })} maxLength={20} />
      <Field
        label="Installation (empty: looked up)"
        value={draft.installationId}
        onInput={(installationId) => set({ installationId })}
        maxLength={20}
      />
      <div class="field">
        <label for={id}>Private key (PEM)</label>
        <textarea
          id={id}
          rows={4}
          spellcheck={false}
          autocomplete="off"
          value={draft.privateKey}
          maxLength={16_384}
          onInput={(event) => set({ privateKey: event.currentTarget.value })}
        />
      </div>
    </>
  )
}

function Needed() {
  return (
    <p class="dialog-intro">
      Permissions that it needs: {NEEDED.map(([name, needed]) => `${name} ${needed}`).join(', ')}.
    </p>
  )
}
