import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Empty } from './panel.js'

interface LaterProps<P> {
  /** The same function at every call: its module is loaded when it is first shown. */
  load(): Promise<ComponentType<P>>
  readonly props: P
}

/** A part of the page that is fetched when somebody looks at it. */
export function Later<P extends object>({ load, props }: LaterProps<P>) {
  const [part, setPart] = useState<{ readonly View: ComponentType<P> } | 'failed' | null>(null)
  useEffect(() => {
    load().then(
      (View) => setPart({ View }),
      () => setPart('failed'),
    )
  }, [load])
  if (part === null) return null
  if (part === 'failed') return <Empty title="This part could not be loaded">Load the page again.</Empty>
  return <part.View {...props} />
}
