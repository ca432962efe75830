"""Room: presentation. What maps and reports share: classes, colours, groups, sentences, figures."""
