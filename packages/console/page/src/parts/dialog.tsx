import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Refusal } from '../data/api.js'
import { Refused } from './refusal.js'

interface DialogProps {
  readonly title: string
  readonly id: string
  onClose(): void
  readonly children: ComponentChildren
}

/** Modal, closed by Escape; the focus goes back to where it was. */
export function Dialog({ title, id, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    box.current?.showModal()
    return () => box.current?.close()
  }, [])
  return (
    <dialog ref={box} class="dialog" aria-labelledby={`${id}-title`} data-dialog={id} onClose={onClose}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly id: string
  /** Must be typed where given: of what is destroyed, or changes hands. */
  readonly typed?: string
  /** A text of 1 to 200 characters is asked for and handed to `act`. */
  readonly asksReason?: boolean
  readonly verb: string
  act(reason: string): Promise<Refusal | null>
  onClose(): void
  readonly children?: ComponentChildren
}

/** Nothing happens before the button; what is refused says why and keeps what was typed. */
export function Confirm({ title, id, typed, asksReason = false, verb, act, onClose, children }: ConfirmProps) {
  const [name, setName] = useState('')
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const missing = missingOf({ typed, name, reason: asksReason ? reason : undefined })
  const isReady = missing === null && !isBusy
  const onSubmit = async (event: Event) => {
    event.preventDefault()
    if (!isReady) return
    setBusy(true)
    const refused = await act(reason.trim())
    setBusy(false)
    if (refused === null) onClose()
    else setRefusal(refused)
  }
  return (
    <Dialog title={title} id={id} onClose={onClose}>
      <form onSubmit={onSubmit}>
        {children}
        {asksReason && <Field label="Reason" value={reason} onInput={setReason} maxLength={200} />}
        {typed !== undefined && (
          <Field label={`Type ${typed} to go on`} value={name} onInput={setName} maxLength={64} />
        )}
        <Refused refusal={refusal} />
        <Missing text={name === '' && reason === '' ? null : missing} />
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={!isReady}>
            {isBusy ? 'Working…' : verb}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface Filled {
  readonly typed: string | undefined
  readonly name: string
  /** Undefined where none is asked for. */
  readonly reason: string | undefined
}

/** What the server would refuse, in its words: an order without a reason, or under another name. */
function missingOf({ typed, name, reason }: Filled): string | null {
  if (reason?.trim() === '') return 'the reason is missing. Say in a few words why.'
  if (typed === undefined || name === typed) return null
  return name === '' ? `the name is missing. Type ${typed}.` : `'${name}' is not ${typed}. Type ${typed} as it stands.`
}

/** Why the button waits; always there, so that it is read out when it changes. */
function Missing({ text }: { text: string | null }) {
  return (
    <output class="missing-field">
      {text !== null && (
        <>
          <code>FIELD_INVALID</code> {text}
        </>
      )}
    </output>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly maxLength: number
  readonly type?: 'text' | 'password'
  onInput(value: string): void
}

export function Field({ label, value, maxLength, type = 'text', onInput }: FieldProps) {
  const id = useId()
  const input = {
    ...{ id, value, maxLength, autocomplete: 'off', spellcheck: false },
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  } as const
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'password' ? <input type="password" {...input} /> : <input type="text" {...input} />}
    </div>
  )
}
