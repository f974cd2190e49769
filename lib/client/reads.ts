/** Written by `npm run operations`: what people call that only reads, by function. */
export const reads: Record<string, string> = {
  login: 'listSessions webPage account listLinks getPhone ways',
  consent:
    'about policy versions announcement lists ownLists policyProposal status prompts purposeNotice history lawfulAt receipt jwks plan',
  identity: 'ways status guardianNotice wards ownAppeals gauges',
  profile:
    'get getAvatar services getFundAttributes getSocialAttributes getTransportAttributes getTaxAttributes getHouseholdAttributes getDelivery listDeliveries getPreferences inbox announcement acceptances mail',
  cards:
    'get list history reviewQueue logo shares offers sentOffers holders blocked folder contact views viewers exportVCard phoneContact signCard ownReports reportedCards',
  location: 'current nearby history',
  rights:
    'closing overview held explain export certificate disclosureRecipients disclosures disclosure usage ownTickets ownTicket ticketQueue ticketCounts',
  breach: 'list show timeline report reports scope scopes previewNotice books',
  retention: 'forecast preview holds',
  audit: 'chains chain everybody putBack member',
};
