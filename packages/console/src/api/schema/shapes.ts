import { z } from 'zod'

export const text = z.string()
export const count = z.int().nonnegative()
export const measured = z.number().nullable()
export const time = z.iso.datetime({ precision: 3 })
/** Milliseconds; null where it was not measured. */
export const ms = measured

/** What a server hands out is not changed by whoever reads it. */
export type Shown<T> = T extends readonly (infer E)[]
  ? readonly Shown<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Shown<T[K]> }
    : T
