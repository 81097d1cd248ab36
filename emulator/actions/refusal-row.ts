/** One refusal of the vendor. `code` stands where the row's name is more than the vendor's code. */
export type Row = readonly [status: number, message: string, code?: string];
