import { Component, type ComponentChildren } from 'preact'

interface BoundaryProps {
  /** What is drawn; another one is tried anew. */
  readonly of: unknown
  /** Stands there instead. */
  readonly instead: ComponentChildren
  readonly children: ComponentChildren
}

interface BoundaryState {
  /** What could not be drawn. */
  readonly failed: { readonly of: unknown } | null
}

/** A part that cannot be drawn does not take the rest of the page along, and comes back with the next answer. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: null }

  override componentDidCatch(): void {
    this.setState({ failed: { of: this.props.of } })
  }

  override render({ of, instead, children }: BoundaryProps, { failed }: BoundaryState) {
    return failed && failed.of === of ? instead : children
  }
}
