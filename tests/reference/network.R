# Writes network_chicago.csv beside this file: distances along streets from R's spatstat.
# Rscript tests/reference/network.R tests/reference
# Written with R 4.2.2, spatstat.linnet 3.0-6, spatstat.data 3.0-0; tests compare to 1e-6 foot.
suppressMessages(library(spatstat.linnet))
out <- commandArgs(trailingOnly = TRUE)[1]
data(chicago, package = "spatstat.data")  # 116 crimes on 503 segments, in feet
apart <- pairdist(chicago)
rows <- sapply(seq_len(nrow(apart) - 1), function(i)  # from each point to those after it
  paste(sprintf("%.6f", apart[i, -seq_len(i)]), collapse = " "))
write.csv(data.frame(point = seq_along(rows), feet = rows), file.path(out, "network_chicago.csv"),
          row.names = FALSE, quote = FALSE, eol = "\n")
