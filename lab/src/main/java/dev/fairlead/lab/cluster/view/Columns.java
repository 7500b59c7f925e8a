package dev.fairlead.lab.cluster.view;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A table with kubectl's spacing: three blanks after the widest cell, none after the last column.
 */
final class Columns {

    private static final int GAP = 3;

    private final List<List<String>> rows = new ArrayList<>();

    Columns(List<String> header) {
        rows.add(List.copyOf(header));
    }

    void add(List<String> row) {
        rows.add(List.copyOf(row));
    }

    @Override
    public String toString() {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(rows.getFirst().size(), 0));
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i < row.size() - 1) {
                    line.repeat(' ', widths.get(i) + GAP - row.get(i).length());
                }
            }
            text.append(line).append('\n');
        }
        return text.toString();
    }
}
