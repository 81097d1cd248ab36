// Policy files of a generated estate: groups of rules that differ, some of which use networks of a file of their own.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface EstateShape {
  readonly groups: number;
  readonly rules: number;
  readonly groupsPerFile: number;
}

/** Id of a group of the estate. */
export const estateGroup = (number: number): string => `sg-${String(number).padStart(8, '0')}`;

const ruleText = (group: number, rule: number, port: number): string =>
  `      - {protocol: tcp, ports: ${port}, from: 10.${group % 200}.${rule}.0/24, priority: ${1 + (rule % 100)}, ` +
  `description: "rule ${rule} of group ${group}"}\n`;

/** The file of this number; `edit`: the first rule of its first group has another port. */
export function estateFile({ groups, rules, groupsPerFile }: EstateShape, number: number, edit = 0): string {
  const first = number * groupsPerFile;
  const last = Math.min(groups, first + groupsPerFile);
  let text = 'version: 1\ngroups:\n';
  for (let group = first; group < last; group += 1) {
    text += `  - id: ${estateGroup(group)}\n    region: cn-hangzhou\n    ingress:\n`;
    for (let rule = 0; rule < rules - 1; rule += 1) {
      text += ruleText(group, rule, group === first && rule === 0 ? 1000 + edit : 1000 + rule);
    }
    text += `      - {protocol: tcp, ports: 443, from: net-${group % 50}}\n`;
  }
  return text;
}

export const estateNetworks = (edit = 0): string =>
  `version: 1\nnetworks:\n${Array.from(
    { length: 50 },
    (_, index) => `  net-${index}: 172.16.${index}.${index === 0 ? edit : 0}/32\n`,
  ).join('')}`;

export const estateFileName = (number: number): string => `groups-${String(number).padStart(5, '0')}.yaml`;

/** Answers how many files. */
export function writeEstate(folder: string, shape: EstateShape): number {
  mkdirSync(folder, { recursive: true });
  const files = Math.ceil(shape.groups / shape.groupsPerFile);
  writeFileSync(path.join(folder, 'networks.yaml'), estateNetworks());
  for (let number = 0; number < files; number += 1) {
    writeFileSync(path.join(folder, estateFileName(number)), estateFile(shape, number));
  }
  return files + 1;
}
