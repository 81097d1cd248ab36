// The words stand in the model, where policies can use them too; this keeps the old path until all import the new one.
export type * from '../model/packets/pattern.ts';
