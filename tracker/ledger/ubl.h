#pragma once
// Invoices and credit notes as OASIS UBL 2.1 XML (os-UBL-2.1): the elements that its schemas require, and those by
// which lines and totals can be checked. Taxes are not computed: the totals with and without tax are the same.
#include <string>

#include "tracker/ledger/invoice.h"

namespace waybill::tracker {

// <Invoice> or <CreditNote>. An ISP's invoice is self-billed (UNCL 1001 code 389): the ISP is the supplier.
std::string invoice_as_ubl(const Invoice& invoice);

}  // namespace waybill::tracker
