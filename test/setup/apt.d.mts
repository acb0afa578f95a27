/** Programs of packages that are fetched and not installed. */
export declare const PROGRAMS: string
/** Installs what the tests named by `filters` want (none: all). */
export declare function ensurePackages(filters?: readonly string[]): void
/** What they want, whether or not it is there; some only in a long run. */
export declare function wantedPackages(filters?: readonly string[], isLongRun?: boolean): readonly { debian: string }[]
