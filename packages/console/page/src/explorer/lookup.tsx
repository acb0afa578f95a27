import { useId, useState } from 'preact/hooks'
import type { MeshView } from '../../../src/api/views.js'
import { number } from '../data/format.js'
import { nodeTone } from '../data/state.js'
import { Field } from '../parts/dialog.js'
import { Mark } from '../parts/mark.js'
import type { NodeChoice } from './hooks.js'
import { hrefOf, type Names, searchRoute } from './route.js'

interface LookupProps {
  readonly mesh: MeshView
  readonly choice: NodeChoice
  readonly names: Names
}

/** What to look for, and whom to ask. */
export function Lookup({ mesh, choice, names }: LookupProps) {
  return (
    <search class="lookup panel">
      <Search names={names} />
      <Whom mesh={mesh} choice={choice} />
      <Light mesh={mesh} label={choice.label} />
    </search>
  )
}

function Search({ names }: { names: Names }) {
  const [text, setText] = useState('')
  const [isLost, setLost] = useState(false)
  const onSubmit = async (event: Event) => {
    event.preventDefault()
    if (text.trim() === '') return
    const route = await searchRoute(text, names)
    setLost(route === null)
    if (route === null) return
    location.hash = hrefOf(route)
    setText('')
  }
  const onInput = (value: string) => {
    setText(value)
    setLost(false)
  }
  return (
    <>
      <form onSubmit={onSubmit}>
        <Field label="Window, node, account or hash" value={text} onInput={onInput} maxLength={128} />
        <button type="submit" class="button">
          Find
        </button>
      </form>
      {isLost && (
        <p class="refused" role="alert">
          Not a window, the label of a node, an address, or a hash: a hash or an id is 64 hex digits, and an address
          ends in a checksum.
        </p>
      )}
    </>
  )
}

function Whom({ mesh, choice: { label, choose } }: { mesh: MeshView; choice: NodeChoice }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>As seen by</label>
      <select id={id} value={label ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
        {mesh.nodes.map((node) => (
          <option key={node.label} value={node.label} disabled={!node.reachable}>
            {node.label}
          </option>
        ))}
      </select>
    </div>
  )
}

function Light({ mesh, label }: { mesh: MeshView; label: string | null }) {
  const node = mesh.nodes.find((one) => one.label === label)
  if (!node) return null
  const word = node.synced === false ? 'catching up' : node.lag === 0 ? 'at the head' : `${number(node.lag)} behind`
  return (
    <p class="lookup-light" data-light={node.label}>
      <Mark tone={nodeTone(node)}>{word}</Mark>
    </p>
  )
}
