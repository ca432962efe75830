# Writes global_tests.csv and global_rates.csv beside this file from R's spdep.
# Rscript tests/reference/global_spdep.R tests/reference
# Written with R 4.2.2, spdep 1.2-7, spData 2.2.1; tests compare to 1e-10.
# Data sets, neighbours and values are those of spdep.R, in its tables.
suppressMessages({library(spdep); library(spData)})
options(digits = 15)
out <- commandArgs(trailingOnly = TRUE)[1]

save <- function(table, name) write.csv(format(table, digits = 15, trim = TRUE), file.path(out, name),
                                        row.names = FALSE, quote = TRUE, eol = "\n")
lw <- function(nb, style) nb2listw(nb, style = style, zero.policy = TRUE)

tests <- list()
add <- function(data, statistic, style, value, expected, variance, z)
  tests[[length(tests) + 1]] <<- data.frame(data = data, statistic = statistic, weights = style,
    value = value, expected = expected, variance = variance, z = z)
htest <- function(data, statistic, style, test)
  add(data, statistic, style, test$estimate[[1]], test$estimate[[2]], test$estimate[[3]],
      test$statistic[[1]])

# Geary's c and the join counts: isolates are taken out first, from values and neighbours.
one <- function(data, value, nb) {
  linked <- card(nb) > 0
  value <- value[linked]
  nb <- subset(nb, linked)
  median <- sort(value)[ceiling(length(value) / 2)]
  two <- factor(ifelse(value > median, "high", "low"))
  third <- sort(value)[ceiling(length(value) * c(1, 2) / 3)]
  three <- factor(c("a", "b", "c")[1 + (value > third[1]) + (value > third[2])])
  for (style in c("B", "W")) {
    htest(data, "geary", style, geary.test(value, lw(nb, style)))
    for (kinds in list(two, three)) {
      counts <- joincount.multi(kinds, lw(nb, style))
      for (row in setdiff(rownames(counts), "Jtot"))
        add(data, paste("join_count", nlevels(kinds), row), style, counts[row, 1], counts[row, 2],
            counts[row, 3], counts[row, 4])
    }
    htest(data, "lees_l x x", style, lee.test(value, value, lw(nb, style)))
  }
}
data(columbus, package = "spData")
one("columbus", columbus$CRIME, col.gal.nb)
data(oldcol, package = "spdep")
one("columbus_old", COL.OLD$CRIME, COL.nb)
data(afcon, package = "spData")
one("afcon", afcon$totcon, paper.nb)
data(nc.sids, package = "spData")
one("sids74", 1000 * nc.sids$SID74 / nc.sids$BIR74, ncCC89.nb)
data(boston, package = "spData")
one("boston", boston.c$CMEDV, boston.soi)
data(auckland, package = "spData")
one("auckland", 1000 * auckland$Deaths.1977.85 / (9 * auckland$Under.5.1981), auckland.nb)

# Two variables: L and its mean (spdep's variance holds for x = y only), isolates left in.
two <- read.csv(file.path(out, "ireland.csv"))
ireland <- lapply(strsplit(two$neighbours, " "), as.integer)
class(ireland) <- "nb"
for (style in c("B", "W"))
  htest("ireland", "lees_l x y", style, lee.test(two$pagval2_10, two$cowspacre, lw(ireland, style)))
rate <- 1000 * nc.sids$SID74 / nc.sids$BIR74
for (style in c("B", "W"))
  htest("sids74", "lees_l isolates", style,
        lee.test(rate, rate, lw(ncCC89.nb, style), zero.policy = TRUE))

# Rates: the statistic of EBImoran.mc, whose isolates count. Auckland's are in rates_auckland.csv.
rated <- function(data, events, population, nb) for (style in c("B", "W")) {
  test <- suppressMessages(EBImoran.mc(events, population, lw(nb, style), nsim = 9, zero.policy = TRUE))
  add(data, "moran_rate", style, test$statistic[[1]], NA, NA, NA)
}
rated("sids74", nc.sids$SID74, nc.sids$BIR74, ncCC89.nb)
rated("auckland", auckland$Deaths.1977.85, 9 * auckland$Under.5.1981, auckland.nb)
save(do.call(rbind, tests), "global_tests.csv")
save(data.frame(id = rownames(nc.sids), events = nc.sids$SID74, population = nc.sids$BIR74),
     "global_rates.csv")
