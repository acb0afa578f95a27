/** Programs of packages that are fetched and not installed. */
export declare const PROGRAMS: string
/** Installs what the tests named by `filters` want (none: all). */
export declare function ensurePackages(filters?: readonly string[]): void
