export interface RenderOptions {
  /** Files of the same report that exist already, with their SHA-256 as hex: shown in section 9. */
  readonly outputs?: readonly { readonly file: string; readonly sha256: string }[]
}
