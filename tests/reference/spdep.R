# Writes the oracle tables beside this file from R's spdep and spData.
# Rscript tests/reference/spdep.R tests/reference
# Written with R 4.2.2, spdep 1.2-7, spData 2.2.1; tests compare to 1e-10.
suppressMessages({library(spdep); library(spData)})
options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]

links <- function(nb) sapply(nb, function(i) if (identical(as.integer(i), 0L)) "" else paste(i, collapse = " "))
save <- function(table, name) {
  shown <- format(table, digits = 15, trim = TRUE)
  shown[is.na(table)] <- ""
  write.csv(shown, file.path(out, name), row.names = FALSE, quote = TRUE, eol = "\n")
}
lw <- function(nb, style) nb2listw(nb, style = style, zero.policy = TRUE)

# Gi as the sum over the neighbours, not as their share of the total
sums <- function(value, nb, total, prefix) {
  g <- attr(localG(value, lw(nb, "B"), zero.policy = TRUE, return_internals = TRUE), "internals")
  setNames(data.frame(g[, 1] * total, g[, 2] * total, g[, 3] * total^2, g[, 4]),
           paste(prefix, c("statistic", "expected", "variance", "z"), sep = "_"))
}
locals <- function(value, nb) {
  i <- localmoran(value, lw(nb, "W"), zero.policy = TRUE, conditional = TRUE)
  data.frame(neighbours = links(nb), value = value, sums(value, nb, sum(value) - value, "gi"),
             sums(value, include.self(nb), sum(value), "gi_star"),
             moran_statistic = i[, 1], moran_expected = i[, 2], moran_variance = i[, 3],
             moran_z = i[, 4])
}

globals <- list()
add <- function(data, statistic, style, test, n) {
  globals[[length(globals) + 1]] <<- data.frame(
    data = data, statistic = statistic, weights = style, value = test$estimate[[1]],
    expected = test$estimate[[2]], variance = test$estimate[[3]], z = test$statistic[[1]], n = n)
}
both <- function(data, value, nb, g = TRUE) {
  n <- sum(card(nb) > 0)
  for (style in c("B", "W"))
    add(data, "moran", style, moran.test(value, lw(nb, style), zero.policy = TRUE, alternative = "two.sided"), n)
  if (g) add(data, "general_g", "B", globalG.test(value, lw(nb, "B"), zero.policy = TRUE, alternative = "two.sided"), n)
}

data(columbus, package = "spData")
save(data.frame(id = seq_along(col.gal.nb), locals(columbus$CRIME, col.gal.nb)), "columbus.csv")
both("columbus", columbus$CRIME, col.gal.nb)

data(oldcol, package = "spdep")
save(data.frame(id = seq_along(COL.nb), locals(COL.OLD$CRIME, COL.nb)), "columbus_old.csv")
both("columbus_old", COL.OLD$CRIME, COL.nb)

data(afcon, package = "spData")
save(data.frame(id = as.character(afcon$name), locals(afcon$totcon, paper.nb)), "afcon.csv")
both("afcon", afcon$totcon, paper.nb)

data(getisord, package = "spData")
grid <- dnearneigh(as.matrix(go_xyz[, 1:2]), 0, 30)
save(data.frame(id = seq_along(grid), x = go_xyz$x, y = go_xyz$y, locals(go_xyz$val, grid)), "getisord.csv")

data(nc.sids, package = "spData")
rate <- 1000 * nc.sids$SID74 / nc.sids$BIR74
save(data.frame(id = rownames(nc.sids), locals(rate, ncCC89.nb)), "sids74.csv")
both("sids74", rate, ncCC89.nb)

# Neighbours and values of all tracts, results of one in five: the formulas are the same for all.
data(boston, package = "spData")
tracts <- locals(boston.c$CMEDV, boston.soi)
tracts[seq_along(boston.soi) %% 5 != 1, -(1:2)] <- NA
save(data.frame(id = seq_along(boston.soi), tracts), "boston.csv")
both("boston", boston.c$CMEDV, boston.soi)

data(auckland, package = "spData")
deaths <- 1000 * auckland$Deaths.1977.85 / (9 * auckland$Under.5.1981)
save(data.frame(id = seq_along(auckland.nb), locals(deaths, auckland.nb)), "auckland.csv")
both("auckland", deaths, auckland.nb)

misc <- system.file("etc/misc", package = "spdep")
eire <- subset(read.table(file.path(misc, "geary_eire.txt"), header = TRUE), county != "Dublin")
pairs <- read.table(file.path(misc, "unstand_sn.txt"), header = TRUE)
ireland <- lapply(eire$serlet, function(i) match(pairs$to[pairs$from == i], eire$serlet))
ireland <- lapply(ireland, sort)
class(ireland) <- "nb"
attr(ireland, "region.id") <- as.character(eire$serlet)
save(data.frame(id = eire$county, neighbours = links(ireland), pagval2_10 = eire$pagval2_10,
                cowspacre = eire$cowspacre), "ireland.csv")
both("ireland pagval2_10", eire$pagval2_10, ireland)
both("ireland cowspacre", eire$cowspacre, ireland)

save(do.call(rbind, globals), "globals.csv")
