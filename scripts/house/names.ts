// Top-level names of files: one name in two files is two meanings of a word, or one thing written twice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Names that more than one of these files declares at its top level, with the files. */
export function repeatedNames(root: string, files: readonly string[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const file of files) {
    for (const name of new Set(topLevelNames(join(root, file)))) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  return new Map(
    [...places].filter(([, declared]) => declared.length > 1).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function topLevelNames(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023);
  return source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) ? [name.text] : [],
      );
    }
    return isNamed(statement) && statement.name !== undefined ? [statement.name.text] : [];
  });
}

const isNamed = (node: ts.Statement) =>
  ts.isFunctionDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isEnumDeclaration(node);
