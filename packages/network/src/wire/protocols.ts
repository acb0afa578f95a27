export const BASE_PROTOCOL = '/montana/1.0.0'
export const EXT_PROTOCOL = '/montana/ext/1.0.0'

export type Protocol = typeof BASE_PROTOCOL | typeof EXT_PROTOCOL
