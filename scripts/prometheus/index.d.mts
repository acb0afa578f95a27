/** Generated files of deploy/prometheus: their text by name. */
export declare function alertFiles(): Promise<Readonly<Record<string, string>>>
