/** Findings that no alert is for, each with its reason. */
export declare const WITHOUT_ALERT: Readonly<Record<string, string>>
