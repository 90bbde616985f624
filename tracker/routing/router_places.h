#pragma once
// Where a router is, guessed from its reverse DNS name: "SanJose.ISP.com", "core1.nyc.he.net". A pure guess by a table
// of codes (packaging/places): whoever knows better, the operator, is asked first, and databases, too.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types/result.h"

namespace waybill::tracker {

struct GuessedPlace {
  std::string country;
  std::string state;
  std::string city;
  std::string word;      // of the router's name that says so
  bool by_name = false;  // the city's own name, not an airport's code
};

class RouterPlaces {
 public:
  // "code,size,name,city,state,country" lines as packaging/places has them. Refused by the line.
  static Result<RouterPlaces> read(std::string_view table);
  static const RouterPlaces& shipped();  // the table of packaging/places

  // The last two labels of a name are the network's own (three under .co.uk and the like), not a place. A label that is
  // a city's name counts, or a word of three letters between digits and dashes that is a code. Not guessed: codes that
  // are words of routers' names (bar, net, the, man, ...), a city's name below five letters or of several cities of
  // which not one alone has a large airport, and a name that says two places.
  std::optional<GuessedPlace> guess(std::string_view router_name) const;
  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::string city, state, country;
    bool large = false;
  };
  const Row* of_word(std::string_view word, bool whole_label, bool& by_name) const;

  std::vector<Row> rows_;
  std::map<std::string, std::size_t, std::less<>> by_code_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;
};

}  // namespace waybill::tracker
